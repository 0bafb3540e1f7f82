/** Settings that the server gives the page: how to sign in, and the company's name. */

/**
 * `font` and `later` are style sheets of the build. `directory_client_id` and `directory` are there where the company has a directory to sign in with.
 * @typedef {{client_id: string, directory_client_id?: string, directory?: string, sign_in_url: string,
 *   cognito_url: string, brand: string, font: string, later: string}} Config
 */

/** @returns {Config} */
function read() {
  const meta = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name="nachfrage"]'));
  return JSON.parse(meta.content);
}

export const config = read();

/** The address of the page, where Cognito sends people back to; without what stands behind it. */
export const home = location.origin + location.pathname;
