/** The accounts of those who work here, for administrators: read, invited, changed. */

import { withAccount } from "../lib/accounts.js";
import * as api from "../lib/api.js";
import { slice } from "../lib/store.js";

/** @typedef {import("../lib/schemas.js").AgentAccount} AgentAccount */

export const people = slice("people", {
  /** @type {AgentAccount[] | null} */
  accounts: null,
  /** @type {unknown} */
  error: null,
});

/** Read all accounts. */
export async function load() {
  try {
    const { items } = await api.getAll("/agents/accounts");
    people.change(() => ({ accounts: items, error: null }));
  } catch (error) {
    people.change(() => ({ error }));
  }
}

export function close() {
  people.change(() => ({ accounts: null, error: null }));
}

/** Invite somebody. Throws what `api.send` throws. @param {{email: string, name: string, groups: string[], teams: string[]}} body */
export async function invite(body) {
  put(await api.send("POST", "/agents", body));
}

/** Send another first password. @param {AgentAccount} account */
export async function inviteAgain({ id }) {
  put(await api.send("POST", `/agents/${encodeURIComponent(id)}/invitation`));
}

/** @param {AgentAccount} account @param {object} body */
export async function change({ id }, body) {
  put(await api.send("PATCH", `/agents/${encodeURIComponent(id)}`, body));
}

/** Remove an account for good. @param {AgentAccount} account */
export async function remove({ id }) {
  await api.send("DELETE", `/agents/${encodeURIComponent(id)}`);
  people.change(({ accounts }) => ({ accounts: (accounts ?? []).filter((each) => each.id !== id) }));
}

/** @param {AgentAccount} account */
function put(account) {
  people.change(({ accounts }) => ({ accounts: withAccount(accounts ?? [], account) }));
}
