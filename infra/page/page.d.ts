// What the bundler makes of files that are no modules.

declare module "*.svg" {
  const path: string;
  export default path;
}

declare module "*.json?later" {
  const texts: Record<string, string>;
  export default texts;
}

declare module "guides" {
  /** Guides by their names; each has an English version. */
  export const guides: {
    name: string;
    channel: boolean;
    versions: Record<string, { title: string; load: () => Promise<{ default: import("lit-html").TemplateResult }> }>;
  }[];
}

declare module "emojibase-data/*/data.json" {
  const groups: { title: string; emoji: [emoji: string, name: string, words: string][] }[];
  export default groups;
}
