const QUOTED = /["\\]/;
const TO_QUOTE = /["\\]/g;

/** Texts as the text form of a Postgres array (its manual, section 8.15.2). The driver makes the same of a list, element by element and at several times the cost. */
export function arrayLiteral(values: readonly string[]): string {
  let text = "";
  for (const value of values) {
    text += text === "" ? "{" : ",";
    text += QUOTED.test(value) ? `"${value.replace(TO_QUOTE, "\\$&")}"` : `"${value}"`;
  }
  return text === "" ? "{}" : `${text}}`;
}
