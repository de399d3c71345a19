package org.unroll.notebook;

import java.util.Base64;
import org.unroll.audio.AudioClip;
import org.unroll.notebook.kernel.MimeBundle;

/** Renders an audio clip as a player that contains the sound. */
final class AudioView {

  private AudioView() {}

  static MimeBundle of(AudioClip clip) {
    String wav = Base64.getEncoder().encodeToString(clip.wav());
    return MimeBundle.html(
        "<audio controls title=\""
            + HtmlTable.escape(clip.toString())
            + "\" src=\"data:audio/wav;base64,"
            + wav
            + "\"></audio>",
        clip.toString());
  }
}
