/** Why a recording cannot be played: `damaged`, `foreign`, `version`, `empty`, `too_large`. */
export class RecordingError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}
