import { PlainFrame } from "./plain-frame.tsx";

export default function NotFound() {
  return <PlainFrame title="Page not found" lead="Nothing lives at this address."><a className="btn primary lg" href="/">Back to the start</a></PlainFrame>;
}
