package org.unroll.datasets;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes checksums of files. */
final class Checksum {
  private Checksum() {}

  /**
   * Returns the checksum of the concatenated bytes in hexadecimal digits.
   *
   * @param algorithm one that every Java platform supports: MD5, SHA-1 or SHA-256
   */
  static String hex(String algorithm, byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform must support " + algorithm, e);
    }
  }
}
