/** The drawing of a chart as a file: its own elements with the styles that the page gives them, a title above and the legend below. */
const PAD = 16;
const TITLE_HEIGHT = 36;
const LEGEND_LINE = 20;
const TEXT = "12px sans-serif";
const SWATCH = 10;
/** Sharp on a dense screen and on paper. */
const PNG_SCALE = 2;
const STYLES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "opacity", "font", "text-anchor"] as const;
const SVG = "http://www.w3.org/2000/svg";

export interface ChartImage { readonly svg: string; readonly width: number; readonly height: number }
interface Named { readonly label: string; readonly colour: string }

function withStyles(original: SVGSVGElement): SVGSVGElement {
  const copy = original.cloneNode(true) as SVGSVGElement;
  const from = original.querySelectorAll<SVGElement>("*");
  for (const [at, element] of copy.querySelectorAll<SVGElement>("*").entries()) {
    const source = from[at];
    if (!source) continue;
    const computed = getComputedStyle(source);
    for (const name of STYLES) {
      const value = computed.getPropertyValue(name);
      // A pattern's address would be made absolute; the attribute beside it says the same.
      if (value !== "" && !value.includes("url(")) element.style.setProperty(name, value);
    }
    // A variable of the page means nothing in a file, and the style says it now.
    for (const name of ["fill", "stroke"]) if (element.getAttribute(name)?.startsWith("var(")) element.removeAttribute(name);
    element.removeAttribute("class");
  }
  return copy;
}

function text(at: { readonly x: number; readonly y: number }, said: string, style: string): SVGTextElement {
  const element = document.createElementNS(SVG, "text");
  element.setAttribute("x", String(at.x));
  element.setAttribute("y", String(at.y));
  element.setAttribute("style", style);
  element.textContent = said;
  return element;
}

/** Legend entries side by side, in as many lines as they need. */
function legendOf(names: readonly Named[], width: number, ink: string): { readonly elements: SVGElement[]; readonly height: number } {
  const measure = document.createElement("canvas").getContext("2d");
  if (measure) measure.font = TEXT;
  const elements: SVGElement[] = [];
  let [x, line] = [0, 0];
  for (const { label, colour } of names) {
    const wide = SWATCH + 6 + (measure?.measureText(label).width ?? label.length * 7) + PAD;
    if (x > 0 && x + wide > width) [x, line] = [0, line + 1];
    const swatch = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x, y: line * LEGEND_LINE, width: SWATCH, height: SWATCH, rx: 2, fill: colour })) swatch.setAttribute(name, String(value));
    elements.push(swatch, text({ x: x + SWATCH + 6, y: line * LEGEND_LINE + SWATCH }, label, `font:${TEXT};fill:${ink}`));
    x += wide;
  }
  return { elements, height: names.length === 0 ? 0 : (line + 1) * LEGEND_LINE };
}

/** Null where nothing is drawn, as while the chart is shown as a table. */
export function chartImage(card: HTMLElement, title: string): ChartImage | null {
  const original = card.querySelector<SVGSVGElement>(".plot svg");
  if (!original) return null;
  const page = getComputedStyle(card);
  const ink = page.getPropertyValue("color");
  const [innerWidth, innerHeight] = [original.clientWidth, original.clientHeight];
  const names = [...card.querySelectorAll<HTMLElement>(".legend li")].map((item): Named => {
    const swatch = item.querySelector<HTMLElement>(".sw, .ln");
    const look = swatch ? getComputedStyle(swatch) : null;
    return { label: item.textContent.trim(), colour: look ? (swatch?.classList.contains("ln") ? look.borderTopColor : look.backgroundColor) : ink };
  });
  const legend = legendOf(names, innerWidth, ink);
  const [width, height] = [innerWidth + 2 * PAD, TITLE_HEIGHT + innerHeight + PAD + legend.height + PAD];
  const whole = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` })) whole.setAttribute(name, String(value));
  const ground = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ width, height, fill: page.getPropertyValue("background-color") })) ground.setAttribute(name, String(value));
  const plot = withStyles(original);
  plot.setAttribute("x", String(PAD));
  plot.setAttribute("y", String(TITLE_HEIGHT));
  const key = document.createElementNS(SVG, "g");
  key.setAttribute("transform", `translate(${PAD} ${TITLE_HEIGHT + innerHeight + PAD})`);
  key.append(...legend.elements);
  whole.append(ground, text({ x: PAD, y: 24 }, title, `font:600 14px sans-serif;fill:${ink}`), plot, key);
  return { svg: new XMLSerializer().serializeToString(whole), width, height };
}

/** Draws the picture on a canvas. Throws where the browser cannot. */
export async function toPng({ svg, width, height }: ChartImage): Promise<Blob> {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * PNG_SCALE, height * PNG_SCALE];
  const context = canvas.getContext("2d");
  context?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("This browser makes no picture of it.");
  return blob;
}
