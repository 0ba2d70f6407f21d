// How a command that checks something ends: one JSON object or lines for a person, `N passed, N failed`, and an exit status that says the same. Decides
// nothing about what holds; a run that checked nothing does not.

/** `show` prints for a person, before the count; `result` is printed with `--json` instead. */
export function conclude({ passed, failed, json, result, show = () => {} }) {
  if (json) console.log(JSON.stringify(result));
  else {
    show();
    console.log(`${passed} passed, ${failed} failed`);
  }
  process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
}
