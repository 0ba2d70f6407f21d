/** Vectors are not streamed; a caller's `stream` never gets this far. */
export function refuseStream(): never {
  throw new RangeError("embeddings are not streamed");
}
