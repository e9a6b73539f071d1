/**
 * A refusal with the id that Outline puts into answers and, with dashes, into `?notice=`.
 */
export class Refusal extends Error {
  /** @param {number} status @param {string} id @param {string} message */
  constructor(status, id, message) {
    super(message);
    this.status = status;
    this.id = id;
    this.expose = true;
  }
}

export const authenticationRequired = (message = "Authentication required") =>
  new Refusal(401, "authentication_required", message);
export const invalidAuthentication = (message) => new Refusal(401, "invalid_authentication", message);
export const stateMismatch = (message) => new Refusal(400, "state_mismatch", message);
export const malformedUserInfo = () =>
  new Refusal(400, "malformed_user_info", "User profile information malformed");
export const domainNotAllowed = () =>
  new Refusal(403, "domain_not_allowed", "The domain is not allowed for this workspace");
export const csrfRefused = (message) => new Refusal(403, "csrf_error", message);
export const validation = (message) => new Refusal(400, "validation_error", message);
export const forbidden = (message = "Authorization error") =>
  new Refusal(403, "authorization_error", message);
export const notFound = () => new Refusal(404, "not_found", "Resource not found");
export const internalError = (message) => new Refusal(500, "internal_error", message);
export const invalidRequest = (message) => new Refusal(400, "invalid_request", message);
/** The provider could not be asked, or answered nonsense: says nothing about the user. */
export const providerUnavailable = invalidRequest;
