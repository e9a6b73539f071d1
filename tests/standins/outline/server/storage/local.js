import { createReadStream } from "node:fs";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import jwt from "jsonwebtoken";
import { csrfTokenOf } from "../csrf.js";
import { Refusal, validation } from "../errors.js";

/**
 * Files under FILE_STORAGE_LOCAL_ROOT_DIR, uploaded through `/api/files.create`.
 *
 * @param {Record<string, any>} env
 * @returns {import("./index.js").Storage}
 */
export function localStorage(env) {
  const root = resolve(env.FILE_STORAGE_LOCAL_ROOT_DIR);
  const pathOf = (key) => {
    const path = resolve(root, key);
    if (!path.startsWith(root + sep)) throw validation(`Invalid file key ${key}`);
    return path;
  };
  const sign = (claims, seconds) => jwt.sign(claims, env.SECRET_KEY, { expiresIn: seconds });

  return {
    kind: "local",
    uploadUrl: () => "/api/files.create",
    async presignPost(ctx, key, maxUploadSize, contentType) {
      return {
        key,
        acl: env.AWS_S3_ACL,
        maxUploadSize: String(maxUploadSize),
        contentType,
        sig: sign({ key, type: "attachment-upload" }, 3600),
        _csrf: csrfTokenOf(ctx) ?? "",
      };
    },
    async signedUrl(key) {
      return `${env.URL}/api/files.get?sig=${sign({ key, type: "attachment" }, 300)}`;
    },
    async put(key, body) {
      try {
        await mkdir(dirname(pathOf(key)), { recursive: true });
        await writeFile(pathOf(key), body);
      } catch (error) {
        if (error.code !== "EACCES" && error.code !== "EROFS") throw error;
        throw new Refusal(
          500,
          "permission_denied",
          `${error.code}: Permission denied writing to "${key}". Check the host machine file system permissions.`,
        );
      }
    },
    async get(key) {
      await stat(pathOf(key));
      return createReadStream(pathOf(key));
    },
    async remove(key) {
      await rm(pathOf(key));
    },
  };
}
