import { Readable } from "node:stream";

/** What browsers may show in place; nothing that can run a script, so no SVG. */
const SHOWN = ["application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"];
const CACHED = "max-age=31557600";

/**
 * S3 as Outline uses it: one endpoint, AWS_S3_UPLOAD_BUCKET_URL, for the browser and for this
 * server. Forms go to `bucketUrl`, whatever AWS_S3_FORCE_PATH_STYLE says; all else goes where the
 * SDK finds the bucket. The SDK is loaded when first used.
 *
 * @param {Record<string, any>} env
 * @returns {import("./index.js").Storage}
 */
export function s3Storage(env) {
  const Bucket = env.AWS_S3_UPLOAD_BUCKET_NAME ?? "";
  const ACL = env.AWS_S3_ACL || undefined;
  let opened;
  const open = () => (opened ??= openClient(env));

  return {
    kind: "s3",
    uploadUrl: () => bucketUrl(env),
    async presignPost(_ctx, key, maxUploadSize, contentType) {
      const { createPresignedPost } = await import("@aws-sdk/s3-presigned-post");
      const { client } = await open();
      const { fields } = await createPresignedPost(client, {
        Bucket,
        Key: key,
        Conditions: [
          ["content-length-range", 0, maxUploadSize],
          ["starts-with", "$Content-Type", contentType],
          ["starts-with", "$Cache-Control", ""],
        ],
        Fields: { "Content-Disposition": disposition(contentType), key, ...(ACL && { ACL }) },
        Expires: 3600,
      });
      return fields;
    },
    async presignPut(key, size, contentType) {
      const { getSignedUrl } = await import("@aws-sdk/s3-request-presigner");
      const { sdk, client } = await open();
      const command = new sdk.PutObjectCommand({
        Bucket,
        Key: key,
        ContentType: contentType,
        ContentLength: size,
        ContentDisposition: disposition(contentType),
        CacheControl: CACHED,
        ...(ACL && { ACL }),
      });
      const headers = {
        "Content-Type": contentType,
        "Content-Length": String(size),
        "Content-Disposition": disposition(contentType),
        "Cache-Control": CACHED,
      };
      return { url: await getSignedUrl(client, command, { expiresIn: 3600 }), headers };
    },
    async signedUrl(key) {
      if (FAKE_S3.test(env.AWS_S3_UPLOAD_BUCKET_URL)) return `${bucketUrl(env)}/${key}`;
      const { getSignedUrl } = await import("@aws-sdk/s3-request-presigner");
      const { sdk, client } = await open();
      return getSignedUrl(client, new sdk.GetObjectCommand({ Bucket, Key: key }), { expiresIn: 300 });
    },
    async put(key, body, contentType) {
      const { Upload } = await import("@aws-sdk/lib-storage");
      const { client } = await open();
      const params = {
        Bucket,
        Key: key,
        Body: body,
        ContentType: contentType,
        ContentDisposition: disposition(contentType),
      };
      await new Upload({ client, params: { ...params, ...(ACL && { ACL }) } }).done();
    },
    async get(key) {
      const { sdk, client } = await open();
      const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket, Key: key }));
      return Body instanceof Readable ? Body : Readable.from(Body);
    },
    async remove(key) {
      const { sdk, client } = await open();
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: key }));
    },
  };
}

/** An address for Outline's own development, whose links are not signed: Outline's trap, kept. */
const FAKE_S3 = /http:\/\/s3:/;

/**
 * Where the browser posts to. A host (or path) that holds the bucket's name anywhere is taken for
 * one that already stands for the bucket, and a host that ends in s3 for this machine's: Outline's
 * traps, kept.
 *
 * @param {Record<string, any>} env
 */
export function bucketUrl(env) {
  const bucket = env.AWS_S3_UPLOAD_BUCKET_NAME;
  if (!bucket) throw new Error("AWS_S3_UPLOAD_BUCKET_NAME is required");
  const endpoint = env.AWS_S3_UPLOAD_BUCKET_URL.replace("s3:", "localhost:").replace(/\/$/, "");
  return endpoint.includes(bucket) ? endpoint : `${endpoint}/${bucket}`;
}

async function openClient(env) {
  const sdk = await import("@aws-sdk/client-s3");
  const client = new sdk.S3Client({
    forcePathStyle: env.AWS_S3_FORCE_PATH_STYLE,
    region: env.AWS_REGION,
    endpoint: serverEndpoint(env),
  });
  return { sdk, client };
}

/** With the bucket's name in front of the host the SDK is left to find Amazon's own endpoint. */
function serverEndpoint(env) {
  if (!env.AWS_S3_UPLOAD_BUCKET_URL) return undefined;
  const { hostname } = new URL(env.AWS_S3_UPLOAD_BUCKET_URL);
  return hostname.startsWith(`${env.AWS_S3_UPLOAD_BUCKET_NAME}.`) ? undefined : env.AWS_S3_UPLOAD_BUCKET_URL;
}

/**
 * What the pages' policy names besides the wiki itself, for what is embedded (PDF): the endpoint,
 * but never the host that a bucket has of its own where AWS_S3_FORCE_PATH_STYLE is false.
 *
 * @param {Record<string, any>} env
 * @returns {string[]}
 */
export function embeddedFrom(env) {
  if (!URL.canParse(env.AWS_S3_UPLOAD_BUCKET_URL)) return [];
  const { protocol, hostname, origin } = new URL(env.AWS_S3_UPLOAD_BUCKET_URL);
  const own = `${env.AWS_S3_UPLOAD_BUCKET_NAME}.`;
  return [hostname.startsWith(own) ? `${protocol}//${hostname.slice(own.length)}` : origin];
}

const disposition = (contentType) =>
  /^(audio|video)\//.test(contentType) || SHOWN.includes(contentType) ? "inline" : "attachment";
