package org.unroll.keras;

import io.jhdf.GlobalHeap;
import io.jhdf.GroupSymbolTableNode;
import io.jhdf.LocalHeap;
import io.jhdf.ObjectHeader;
import io.jhdf.Superblock;
import io.jhdf.SymbolTableEntry;
import io.jhdf.btree.BTreeV1;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import io.jhdf.object.datatype.OrderedDataType;
import io.jhdf.object.datatype.StringData;
import io.jhdf.object.datatype.VariableLength;
import io.jhdf.object.message.AttributeInfoMessage;
import io.jhdf.object.message.AttributeMessage;
import io.jhdf.object.message.DataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.CompactDataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ContiguousDataLayoutMessage;
import io.jhdf.object.message.DataSpaceMessage;
import io.jhdf.object.message.DataTypeMessage;
import io.jhdf.object.message.FilterPipelineMessage;
import io.jhdf.object.message.LinkInfoMessage;
import io.jhdf.object.message.LinkMessage;
import io.jhdf.object.message.SymbolTableMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An HDF5 file in memory, read with jhdf's parts, but not through its front door: a file may have
 * been made to harm. Links are followed by their full name only, so that a cycle of groups is no
 * harm; whatever is asked for is a slice of the file, so that nothing is allocated by a size that
 * the file merely claims; and what may be read of the file's structure altogether is limited, so
 * that nodes that point to each other come to an end.
 *
 * <p>Only what Keras writes is read: groups, attributes of texts, and arrays of numbers that are
 * stored as they are. The methods throw an {@link IOException} where the file is damaged or holds
 * something else; where it is damaged in ways jhdf does not expect, also runtime exceptions.
 */
final class Hdf5File {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

  /** A name in HDF5 may be longer, in a model it is not. */
  private static final int LONGEST_NAME = 4096;

  /** The texts of all attributes together: a model's configuration is some kilobytes. */
  private static final int LONGEST_TEXTS = 4 << 20;

  private final byte[] bytes;
  private final MeteredStorage storage;
  private final Group root;
  private int textBytes;

  /** Reads the beginning of a file. */
  Hdf5File(byte[] bytes) throws IOException {
    this.bytes = bytes;
    if (!isHdf5(bytes)) {
      throw new IOException("it does not begin as an HDF5 file");
    }
    Superblock superblock =
        Superblock.readSuperblock(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    if (superblock.getBaseAddressByte() != 0) {
      throw new IOException("its HDF5 addresses do not begin at 0");
    }
    if (superblock.getEndOfFileAddress() > bytes.length) {
      throw new IOException(
          "it is cut off: "
              + bytes.length
              + " of "
              + superblock.getEndOfFileAddress()
              + " bytes of HDF5 are there");
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
      throw new IOException("its version of HDF5 is not known");
    }
    root = new Group("", address);
  }

  /** Whether a file begins as HDF5 files do. */
  static boolean isHdf5(byte[] bytes) {
    return bytes.length >= SIGNATURE.length
        && Arrays.equals(SIGNATURE, Arrays.copyOf(bytes, SIGNATURE.length));
  }

  Group root() {
    return root;
  }

  /** A group: named children and attributes. */
  final class Group {
    private final String path;
    private final ObjectHeader header;
    private final Map<String, Long> children;

    private Group(String path, long address) throws IOException {
      this.path = path;
      header = ObjectHeader.readObjectHeader(storage, address);
      if (header.hasMessageOfType(DataSpaceMessage.class)) {
        throw new IOException("'" + path + "' is an array where a group belongs");
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
      for (var info : header.getMessagesOfType(LinkInfoMessage.class)) {
        if (info.getBTreeNameIndexAddress() != -1) {
          throw new IOException("'" + path + "' keeps its links in a way that Keras does not");
        }
      }
      for (var link : header.getMessagesOfType(LinkMessage.class)) {
        if (link.getLinkType() != LinkMessage.LinkType.HARD) {
          throw new IOException("'" + child(link.getLinkName()) + "' is a link, not an object");
        }
        add(found, link.getLinkName(), link.getHardLinkAddress());
      }
      return found;
    }

    private void add(Map<String, Long> found, String name, long address) throws IOException {
      if (found.put(name, address) != null) {
        throw new IOException("there are two '" + child(name) + "'");
      }
    }

    private String child(String name) {
      return path.isEmpty() ? name : path + "/" + name;
    }

    String path() {
      return path;
    }

    /** The names of what is in the group. */
    List<String> names() {
      return List.copyOf(children.keySet());
    }

    boolean has(String name) {
      return children.containsKey(name);
    }

    /** The group at a path of names with {@code /} between them. */
    Group group(String names) throws IOException {
      Group group = this;
      for (String name : names.split("/", -1)) {
        group = new Group(group.child(name), group.address(name));
      }
      return group;
    }

    /** The array at a path of names with {@code /} between them. */
    Array array(String names) throws IOException {
      int slash = names.lastIndexOf('/');
      Group owner = slash < 0 ? this : group(names.substring(0, slash));
      String name = names.substring(slash + 1);
      return new Array(owner.child(name), owner.address(name));
    }

    private long address(String name) throws IOException {
      Long address = children.get(name);
      if (address == null) {
        throw new IOException("there is no '" + child(name) + "'");
      }
      return address;
    }

    /** The texts of an attribute; null where there is no such attribute. */
    List<String> texts(String name) throws IOException {
      for (var info : header.getMessagesOfType(AttributeInfoMessage.class)) {
        if (info.getFractalHeapAddress() != -1) {
          throw new IOException("'" + path + "' keeps its attributes in a way that Keras does not");
        }
      }
      for (var attribute : header.getMessagesOfType(AttributeMessage.class)) {
        if (attribute.getName().equals(name)) {
          return readTexts(attribute);
        }
      }
      return null;
    }

    /** The text of an attribute; null where there is no such attribute. */
    String text(String name) throws IOException {
      List<String> texts = texts(name);
      if (texts == null) {
        return null;
      }
      if (texts.size() != 1) {
        throw new IOException("the attribute '" + name + "' is not one text");
      }
      return texts.get(0);
    }
  }

  private List<String> readTexts(AttributeMessage attribute) throws IOException {
    List<String> texts = new ArrayList<>();
    ByteBuffer data = attribute.getDataBuffer();
    if (data == null) {
      return texts;
    }
    DataType type = attribute.getDataType();
    if (type instanceof VariableLength variable && variable.isVariableLengthString()) {
      Map<Long, GlobalHeap> heaps = new LinkedHashMap<>();
      while (data.remaining() >= type.getSize() && type.getSize() == 16) {
        data.getInt(); // the length, which the heap knows too
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
      throw new IOException("the attribute '" + attribute.getName() + "' is not of texts");
    }
    return texts;
  }

  private String text(ByteBuffer buffer) throws IOException {
    textBytes = Math.addExact(textBytes, buffer.remaining());
    if (textBytes > LONGEST_TEXTS) {
      throw new IOException("its attributes are longer than " + LONGEST_TEXTS + " bytes");
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
        throw new IOException("a name is longer than " + LONGEST_NAME + " bytes");
      }
    }
    byte[] encoded = new byte[length];
    heap.get(offset, encoded);
    return new String(encoded, StandardCharsets.UTF_8);
  }

  /** An array of numbers. */
  final class Array {
    private final String path;
    private final DataType type;
    private final long[] dimensions;
    private final ByteBuffer data;

    private Array(String path, long address) throws IOException {
      this.path = path;
      ObjectHeader header = ObjectHeader.readObjectHeader(storage, address);
      if (!header.hasMessageOfType(DataSpaceMessage.class)) {
        throw new IOException("'" + path + "' is a group where an array belongs");
      }
      type = header.getMessageOfType(DataTypeMessage.class).getDataType();
      var space = header.getMessageOfType(DataSpaceMessage.class).getDataSpace();
      dimensions = space.getDimensionsAsLong();
      long size = Math.multiplyExact(space.getTotalLength(), (long) type.getSize());
      DataLayoutMessage layout = header.getMessageOfType(DataLayoutMessage.class);
      if (header.hasMessageOfType(FilterPipelineMessage.class)) {
        throw new IOException("'" + path + "' is compressed, which Keras does not do");
      }
      if (layout instanceof ContiguousDataLayoutMessage contiguous) {
        data = slice(contiguous.getAddress(), size);
      } else if (layout instanceof CompactDataLayoutMessage compact) {
        data = compact.getDataBuffer().slice();
        if (data.remaining() != size) {
          throw new IOException("'" + path + "' has not as many bytes as it says");
        }
      } else {
        throw new IOException("'" + path + "' is stored in pieces, which Keras does not do");
      }
      if (type instanceof OrderedDataType ordered) {
        data.order(ordered.getByteOrder());
      }
    }

    private ByteBuffer slice(long address, long size) throws IOException {
      if (address < 0 || size < 0 || address > bytes.length || size > bytes.length - address) {
        throw new IOException(
            "'"
                + path
                + "' is to have "
                + size
                + " bytes at "
                + address
                + ", beyond the file's "
                + bytes.length);
      }
      return ByteBuffer.wrap(bytes, (int) address, (int) size).slice();
    }

    String path() {
      return path;
    }

    long[] dimensions() {
      return dimensions.clone();
    }

    /** The values, row-major. */
    float[] floats() throws IOException {
      if (!(type instanceof FloatingPoint) || type.getSize() != Float.BYTES) {
        throw new IOException("'" + path + "' is not of float32");
      }
      float[] values = new float[data.remaining() / Float.BYTES];
      data.asFloatBuffer().get(values);
      return values;
    }

    /** The value of an array of one whole number. */
    long whole() throws IOException {
      if (type instanceof FixedPoint && data.remaining() == type.getSize()) {
        if (type.getSize() == Long.BYTES) {
          return data.getLong(0);
        }
        if (type.getSize() == Integer.BYTES) {
          return data.getInt(0);
        }
      }
      throw new IOException("'" + path + "' is not a whole number");
    }
  }
}
