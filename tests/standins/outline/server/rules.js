import addressparser from "addressparser";
import validator from "validator";

/**
 * One rule about one variable: returns a complaint, or undefined when the value will do.
 * @typedef {(value: any, name: string, all: Record<string, any>) => string | undefined} Rule
 */

/** @type {Rule} */
export const notEmpty = (value, name) => (value ? undefined : `${name} should not be empty`);

/** @type {Rule} */
export const isNumber = (value, name) =>
  value === undefined || Number.isFinite(value) ? undefined : `${name} must be a number`;

/** @type {Rule} */
export const secretKey = (value) =>
  /^[0-9a-f]{64}$/i.test(value)
    ? undefined
    : "The SECRET_KEY environment variable must be exactly 64 hexadecimal characters " +
      "(Use `openssl rand -hex 32` to generate a value).";

/** @type {Rule} */
export const publicUrl = (value, name) =>
  validator.isURL(value, {
    protocols: ["http", "https"],
    require_protocol: true,
    require_tld: false,
  })
    ? undefined
    : `${name} must be a URL address`;

/** @type {Rule} */
export const endpointUrl = (value, name) =>
  value === undefined || validator.isURL(value, { require_tld: false, allow_underscores: true })
    ? undefined
    : `${name} must be a URL address`;

/** One address, with a name before it or not.  @type {Rule} */
export const mailbox = (value, name) =>
  value === undefined || isMailbox(value)
    ? undefined
    : `${name} must be a valid email address or use mailbox format`;

const isMailbox = (value) => {
  const found = addressparser(value);
  return found.length === 1 && validator.isEmail(found[0].address ?? "", { allow_ip_domain: true });
};

/** @type {Rule} */
export const databaseUrl = (value, name) =>
  value === undefined || /^postgres(ql)?:\/\/([^/?]*@)?[\w.-]+(:\d+)?(,[\w.-]+(:\d+)?)*([/?]|$)/.test(value)
    ? undefined
    : `${name} must be a URL address`;

/** @param {string[]} allowed @returns {Rule} */
export const oneOf = (allowed) => (value, name) =>
  value === undefined || allowed.includes(value)
    ? undefined
    : `${name} must be one of the following values: ${allowed.join(", ")}`;

/** @param {number} length @returns {Rule} */
export const atMost = (length) => (value, name) =>
  value.length <= length ? undefined : `${name} must be shorter than or equal to ${length} characters`;

/** @param {string[]} others @returns {Rule} */
export const notWith =
  (...others) =>
  (value, name, all) =>
    value === undefined || others.every((other) => all[other] === undefined)
      ? undefined
      : `${name} cannot be used with ${others.length > 1 ? "any of: " : ""}${others.join(", ")}.`;

/** @param {string} other @returns {Rule} */
export const onlyWith = (other) => (value, name, all) =>
  value === undefined || all[other] !== undefined ? undefined : `${name} cannot be used without ${other}.`;
