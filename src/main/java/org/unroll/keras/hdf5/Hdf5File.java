package org.unroll.keras.hdf5;

import io.jhdf.FractalHeap;
import io.jhdf.GlobalHeap;
import io.jhdf.GroupSymbolTableNode;
import io.jhdf.LocalHeap;
import io.jhdf.ObjectHeader;
import io.jhdf.Superblock;
import io.jhdf.SymbolTableEntry;
import io.jhdf.btree.BTreeV1;
import io.jhdf.btree.BTreeV2;
import io.jhdf.btree.record.AttributeNameForIndexedAttributesRecord;
import io.jhdf.btree.record.BTreeRecord;
import io.jhdf.btree.record.LinkNameForIndexedGroupRecord;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.StringData;
import io.jhdf.object.datatype.VariableLength;
import io.jhdf.object.message.AttributeInfoMessage;
import io.jhdf.object.message.AttributeMessage;
import io.jhdf.object.message.DataSpaceMessage;
import io.jhdf.object.message.LinkInfoMessage;
import io.jhdf.object.message.LinkMessage;
import io.jhdf.object.message.SymbolTableMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads an HDF5 file in memory. It uses the parts of jhdf instead of its public API because a file
 * may be malicious:
 *
 * <ul>
 *   <li>Links are followed only by their full name, so a cycle of groups does no harm.
 *   <li>Arrays are slices of the file, so memory is not allocated by a size that the file claims.
 *       Only compressed arrays need memory, whose size is limited.
 *   <li>The number of bytes read for the structure is limited, so nodes that refer to each other
 *       cannot cause an endless loop.
 * </ul>
 *
 * <p>Supported are groups, string attributes and arrays of numbers, in the layouts that h5py writes
 * by default or with {@code libver='latest'}. Arrays may be compressed with gzip. The methods throw
 * an {@link IOException} if the file is damaged or contains anything else. Damage that jhdf does
 * not expect can also cause runtime exceptions.
 */
public final class Hdf5File {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

  /** The maximum length of a name. HDF5 permits longer ones, but models do not need them. */
  private static final int LONGEST_NAME = 4096;

  /** The maximum size of all string attributes together; a configuration has some kilobytes. */
  private static final int LONGEST_TEXTS = 4 << 20;

  private final MeteredStorage storage;
  private final Group root;
  private final Map<Long, GlobalHeap> heaps = new HashMap<>();
  private int textBytes;

  /** Reads the header of a file. */
  public Hdf5File(byte[] bytes) throws IOException {
    if (!isHdf5(bytes)) {
      throw new IOException("it must begin with the signature of an HDF5 file");
    }
    Superblock superblock =
        Superblock.readSuperblock(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    if (superblock.getBaseAddressByte() != 0) {
      throw new IOException("its HDF5 addresses must begin at 0");
    }
    if (superblock.getEndOfFileAddress() > bytes.length) {
      throw new IOException(
          "it is truncated: it has "
              + bytes.length
              + " of "
              + superblock.getEndOfFileAddress()
              + " bytes of HDF5");
    }
    storage = new MeteredStorage(bytes, superblock);
    long address;
    if (superblock instanceof Superblock.SuperblockV0V1 old) {
      address =
          new SymbolTableEntry(storage, old.getRootGroupSymbolTableAddress())
              .getObjectHeaderAddress();
    } else if (superblock instanceof Superblock.SuperblockV2V3 recent) {
      address = recent.getRootGroupObjectHeaderAddress();
    } else {
      throw new IOException("its version of HDF5 is not supported");
    }
    root = new Group("", address);
  }

  /** Returns whether a file begins with the signature of HDF5. */
  public static boolean isHdf5(byte[] bytes) {
    return bytes.length >= SIGNATURE.length
        && Arrays.equals(SIGNATURE, Arrays.copyOf(bytes, SIGNATURE.length));
  }

  /** Returns the group that contains everything else. */
  public Group root() {
    return root;
  }

  /** A group of named groups and arrays, with attributes. */
  public final class Group {
    private final String path;
    private final ObjectHeader header;
    private final Map<String, Long> children;
    private final Map<String, Group> read = new HashMap<>();
    private List<AttributeMessage> attributes;

    private Group(String path, long address) throws IOException {
      this.path = path;
      header = ObjectHeader.readObjectHeader(storage, address);
      if (header.hasMessageOfType(DataSpaceMessage.class)) {
        throw new IOException("'" + path + "' must be a group, but is an array");
      }
      children = readChildren();
    }

    private Map<String, Long> readChildren() throws IOException {
      Map<String, Long> found = new LinkedHashMap<>();
      if (header.hasMessageOfType(SymbolTableMessage.class)) {
        var table = header.getMessageOfType(SymbolTableMessage.class);
        var heap = new LocalHeap(storage, table.getLocalHeapAddress());
        BTreeV1 tree = BTreeV1.createGroupBTree(storage, table.getBTreeAddress());
        for (long node : tree.getChildAddresses()) {
          for (var entry : new GroupSymbolTableNode(storage, node).getSymbolTableEntries()) {
            String name = name(heap.getDataBuffer(), entry.getLinkNameOffset());
            if (entry.getCacheType() == 2) {
              throw new IOException("'" + child(name) + "' is a link, not an object");
            }
            add(found, name, entry.getObjectHeaderAddress());
          }
        }
        return found;
      }
      for (LinkMessage link : links()) {
        if (link.getLinkType() != LinkMessage.LinkType.HARD) {
          throw new IOException("'" + child(link.getLinkName()) + "' is a link, not an object");
        }
        add(found, link.getLinkName(), link.getHardLinkAddress());
      }
      return found;
    }

    /** Returns the links of the newer layout: in the header, or in a heap if there are many. */
    private List<LinkMessage> links() throws IOException {
      List<LinkMessage> links = new ArrayList<>(header.getMessagesOfType(LinkMessage.class));
      for (var info : header.getMessagesOfType(LinkInfoMessage.class)) {
        if (info.getBTreeNameIndexAddress() != -1) {
          var heap = new FractalHeap(storage, info.getFractalHeapAddress());
          BTreeV2<LinkNameForIndexedGroupRecord> tree = tree(info.getBTreeNameIndexAddress());
          for (var entry : tree.getRecords()) {
            links.add(LinkMessage.fromBuffer(heap.getId(entry.getId()), storage.getSuperblock()));
          }
        }
      }
      return links;
    }

    private void add(Map<String, Long> found, String name, long address) throws IOException {
      if (found.put(name, address) != null) {
        throw new IOException("the name '" + child(name) + "' occurs twice");
      }
    }

    private String child(String name) {
      return path.isEmpty() ? name : path + "/" + name;
    }

    /** Returns the names of the groups from the root, separated by {@code /}. */
    public String path() {
      return path;
    }

    /** Returns the names of the groups and arrays in this group. */
    public List<String> names() {
      return List.copyOf(children.keySet());
    }

    /** Returns whether this group directly contains a group or array of this name. */
    public boolean has(String name) {
      return children.containsKey(name);
    }

    /** Returns the group at a path of names separated by {@code /}. */
    public Group group(String names) throws IOException {
      Group group = this;
      for (String name : names.split("/", -1)) {
        Group child = group.read.get(name);
        if (child == null) {
          child = new Group(group.child(name), group.address(name));
          group.read.put(name, child);
        }
        group = child;
      }
      return group;
    }

    /** Returns the array at a path of names separated by {@code /}. */
    public Hdf5Array array(String names) throws IOException {
      int slash = names.lastIndexOf('/');
      Group owner = slash < 0 ? this : group(names.substring(0, slash));
      String name = names.substring(slash + 1);
      return new Hdf5Array(owner.child(name), owner.address(name), storage);
    }

    private long address(String name) throws IOException {
      Long address = children.get(name);
      if (address == null) {
        throw new IOException("there is no '" + child(name) + "'");
      }
      return address;
    }

    /** Returns the strings of an attribute, or null if there is no such attribute. */
    public List<String> texts(String name) throws IOException {
      for (AttributeMessage attribute : attributes()) {
        if (attribute.getName().equals(name)) {
          return readTexts(attribute);
        }
      }
      return null;
    }

    /** Returns the attributes: in the header, or in a heap if they are many or large. */
    private List<AttributeMessage> attributes() throws IOException {
      if (attributes == null) {
        attributes = new ArrayList<>(header.getMessagesOfType(AttributeMessage.class));
        for (var info : header.getMessagesOfType(AttributeInfoMessage.class)) {
          if (info.getFractalHeapAddress() != -1) {
            var heap = new FractalHeap(storage, info.getFractalHeapAddress());
            BTreeV2<AttributeNameForIndexedAttributesRecord> tree =
                tree(info.getAttributeNameBTreeAddress());
            for (var entry : tree.getRecords()) {
              ByteBuffer message = heap.getId(entry.getHeapId());
              attributes.add(new AttributeMessage(message, storage, entry.getFlags()));
            }
          }
        }
      }
      return attributes;
    }

    /** Returns the string of an attribute, or null if there is no such attribute. */
    public String text(String name) throws IOException {
      List<String> texts = texts(name);
      if (texts == null) {
        return null;
      }
      if (texts.size() != 1) {
        throw new IOException(
            "the attribute '" + name + "' must be one string, but has " + texts.size());
      }
      return texts.get(0);
    }
  }

  private <R extends BTreeRecord> BTreeV2<R> tree(long address) throws IOException {
    storage.checkCount(address + 18 + storage.getSizeOfOffsets());
    return new BTreeV2<>(storage, address);
  }

  private List<String> readTexts(AttributeMessage attribute) throws IOException {
    List<String> texts = new ArrayList<>();
    ByteBuffer data = attribute.getDataBuffer();
    if (data == null) {
      return texts;
    }
    DataType type = attribute.getDataType();
    if (type instanceof VariableLength variable && variable.isVariableLengthString()) {
      while (data.remaining() >= type.getSize() && type.getSize() == 16) {
        data.getInt(); // the length, which is also in the heap
        long address = data.getLong();
        int index = data.getInt();
        if (address == 0) {
          texts.add("");
          continue;
        }
        GlobalHeap heap = heaps.get(address);
        if (heap == null) {
          heap = new GlobalHeap(storage, address);
          heaps.put(address, heap);
        }
        texts.add(text(heap.getObjectData(index)));
      }
    } else if (type instanceof StringData && type.getSize() > 0) {
      while (data.remaining() >= type.getSize()) {
        ByteBuffer text = data.slice().limit(type.getSize());
        data.position(data.position() + type.getSize());
        texts.add(text(text));
      }
    } else {
      throw new IOException("the attribute '" + attribute.getName() + "' must consist of strings");
    }
    return texts;
  }

  private String text(ByteBuffer buffer) throws IOException {
    textBytes = Math.addExact(textBytes, buffer.remaining());
    if (textBytes > LONGEST_TEXTS) {
      throw new IOException("its attributes must have at most " + LONGEST_TEXTS + " bytes");
    }
    byte[] encoded = new byte[buffer.remaining()];
    buffer.get(encoded);
    int length = 0;
    while (length < encoded.length && encoded[length] != 0) {
      length++;
    }
    return new String(encoded, 0, length, StandardCharsets.UTF_8);
  }

  private static String name(ByteBuffer heap, int offset) throws IOException {
    int length = 0;
    while (heap.get(offset + length) != 0) {
      length++;
      if (length > LONGEST_NAME) {
        throw new IOException("a name must have at most " + LONGEST_NAME + " bytes");
      }
    }
    byte[] encoded = new byte[length];
    heap.get(offset, encoded);
    return new String(encoded, StandardCharsets.UTF_8);
  }
}
