/** A request body of the wrong shape. `param` is the path of the offending value (`messages[2].content`); the message echoes no input text. */
export class InvalidRequestError extends Error {
  override readonly name = "InvalidRequestError";
  constructor(readonly param: string, message: string) {
    super(message);
  }
}
