import { Readable } from "node:stream";
import contentDisposition from "content-disposition";

/**
 * S3 as Outline uses it: one endpoint, AWS_S3_UPLOAD_BUCKET_URL, for the browser and for this
 * server. The SDK is loaded when first used.
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
        Fields: { "Content-Disposition": disposition(key), key, ...(ACL && { ACL }) },
        Expires: 3600,
      });
      return fields;
    },
    async signedUrl(key) {
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
        ContentDisposition: disposition(key),
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

/**
 * Where the browser posts to. A host (or path) that holds the bucket's name anywhere is taken for
 * one that already stands for the bucket: Outline's trap, kept.
 *
 * @param {Record<string, any>} env
 */
export function bucketUrl(env) {
  const endpoint = env.AWS_S3_UPLOAD_BUCKET_URL.replace("s3:", "localhost:").replace(/\/$/, "");
  const bucket = env.AWS_S3_UPLOAD_BUCKET_NAME;
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

const disposition = (key) => contentDisposition(key.split("/").pop(), { type: "attachment" });
