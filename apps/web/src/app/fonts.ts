/**
 * The two typefaces. `optional`: they are fetched with the document and nearly always there before its first line is drawn; where they are not, the page
 * keeps the face that it began with, since lines that break anew move all that is below them. The next page has them.
 */
import localFont from "next/font/local";

export const geistSans = localFont({ src: "../../node_modules/geist/dist/fonts/geist-sans/Geist-Variable.woff2", variable: "--font-geist-sans", weight: "100 900", display: "optional" });
/** Every fallback in globals.css has characters as wide as its own. */
export const geistMono = localFont({ src: "../../node_modules/geist/dist/fonts/geist-mono/GeistMono-Variable.woff2", variable: "--font-geist-mono", weight: "100 900", display: "optional", adjustFontFallback: false });
