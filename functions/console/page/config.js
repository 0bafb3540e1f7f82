/** What the server tells the page: with what and where to sign in, and the company's name. */

/**
 * @typedef {{client_id: string, sign_in_url: string, cognito_url: string, brand: string}} Config
 */

/** @returns {Config} */
function read() {
  const meta = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="nachfrage"]'));
  return JSON.parse(meta.content);
}

export const config = read();

/** The address of the page, where Cognito sends people back to; without what stands behind it. */
export const home = location.origin + location.pathname;
