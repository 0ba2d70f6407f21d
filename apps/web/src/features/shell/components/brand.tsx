import Link from "next/link";

/** The mark and the name, which lead home. Stands alone so that a page that needs no more brings no more. */
export function Brand() {
  return (
    <Link className="brand" href="/" aria-label="Trunkline">
      <svg width="18" height="18" viewBox="0 0 18 18" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden><path d="M1.5 9h6M7.5 9c4 0 3-5.500 7-5.500M7.500 9H15M7.500 9c4 0 3 5.500 7 5.500" /><circle cx="16" cy="9" r="1.400" fill="currentColor" stroke="none" /></svg>
      <span>Trunkline</span>
    </Link>
  );
}
