import { arrayOf, objectOf, textOf } from "./json-object.ts";

/** A picture that a model made, out of a data URL. */
export interface Picture { readonly mediaType: string; readonly base64: string }

const DATA_URL = /^data:([^;,]+);base64,/;

/** The pictures of a Chat message or delta (`images`, as OpenRouter tells them: https://openrouter.ai/docs/features/multimodal/image-generation). */
export function picturesOf(message: unknown): readonly Picture[] {
  return arrayOf(objectOf(message)["images"]).flatMap((image) => {
    const url = textOf(objectOf(objectOf(image)["image_url"])["url"]);
    const found = DATA_URL.exec(url);
    return found ? [{ mediaType: found[1] ?? "", base64: url.slice(found[0].length) }] : [];
  });
}
