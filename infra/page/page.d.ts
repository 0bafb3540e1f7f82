// What the bundler makes of files that are no modules.

declare module "*.svg" {
  const path: string;
  export default path;
}

declare module "*.json?later" {
  const texts: Record<string, string>;
  export default texts;
}
