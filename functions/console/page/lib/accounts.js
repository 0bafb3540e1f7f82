/** Accounts of those who work here: their roles, and what a form changes of them. */

/** @typedef {import("./schemas.js").AgentAccount} AgentAccount */

/** Roles, each with the rights of those before. */
export const ROLES = ["agent", "lead", "admin"];

/** The role with most rights; empty for an account without one. @param {{groups: string[]}} account */
export function roleOf({ groups }) {
  return ROLES.findLast((role) => groups.includes(role)) ?? "";
}

/**
 * Return what a form changes of an account, as the API takes it; null where nothing is changed.
 * @param {AgentAccount} before
 * @param {{role: string, teams: string[]}} wanted
 */
export function changesOf(before, { role, teams }) {
  const isSame = before.teams.length === teams.length && before.teams.every((team) => teams.includes(team));
  const changed = {
    ...(role && role !== roleOf(before) ? { groups: [role] } : {}),
    ...(isSame ? {} : { teams }),
  };
  return Object.keys(changed).length ? changed : null;
}

/**
 * Return the accounts with one that is new or changed, in the order of names.
 * @param {AgentAccount[]} accounts
 * @param {AgentAccount} account
 */
export function withAccount(accounts, account) {
  const others = accounts.filter(({ id }) => id !== account.id);
  return [...others, account].sort((one, other) => one.name.localeCompare(other.name));
}
