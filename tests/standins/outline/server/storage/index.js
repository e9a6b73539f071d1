import { localStorage } from "./local.js";
import { s3Storage } from "./s3.js";

/**
 * `presignPut` is missing where a storage takes forms only.
 *
 * @typedef {object} Storage
 * @property {"s3" | "local"} kind
 * @property {() => string} uploadUrl where a browser sends its form
 * @property {(ctx: import("koa").Context, key: string, maxUploadSize: number, contentType: string) =>
 *   Promise<Record<string, string>>} presignPost the form's fields
 * @property {(key: string, size: number, contentType: string) =>
 *   Promise<{ url: string, headers: Record<string, string> }>} [presignPut]
 * @property {(key: string) => Promise<string>} signedUrl a link that lives five minutes
 * @property {(key: string, body: Buffer, contentType: string) => Promise<void>} put
 * @property {(key: string) => Promise<import("node:stream").Readable>} get
 * @property {(key: string) => Promise<void>} remove
 */

/** @param {Record<string, any>} env @returns {Storage} */
export const openStorage = (env) => (env.FILE_STORAGE === "local" ? localStorage(env) : s3Storage(env));
