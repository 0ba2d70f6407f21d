import Link from "next/link";
import { AccountFrame } from "../features/account/components/account-frame.tsx";

export default function NotFound() {
  return <AccountFrame title="Page not found" lead="Nothing lives at this address."><Link className="btn primary lg" href="/">Back to the start</Link></AccountFrame>;
}
