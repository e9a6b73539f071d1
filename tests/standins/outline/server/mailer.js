import addressparser from "addressparser";
import nodemailer from "nodemailer";

/**
 * Sends as Outline's mailer does (server/emails/mailer.tsx): signs in if there is a name, insists on a
 * good certificate only where TLS begins with the connection.
 *
 * @param {Record<string, any>} env
 * @param {{ to: string, subject: string, text: string }} mail
 */
export async function sendMail(env, mail) {
  const transport = nodemailer.createTransport({
    host: env.SMTP_HOST,
    port: env.SMTP_PORT,
    secure: env.SMTP_SECURE,
    auth: env.SMTP_USERNAME ? { user: env.SMTP_USERNAME, pass: env.SMTP_PASSWORD } : undefined,
    tls: env.SMTP_SECURE ? undefined : { rejectUnauthorized: false },
  });
  const [from] = addressparser(env.SMTP_FROM_EMAIL);
  await transport.sendMail({ from, replyTo: env.SMTP_REPLY_EMAIL ?? env.SMTP_FROM_EMAIL, ...mail });
}
