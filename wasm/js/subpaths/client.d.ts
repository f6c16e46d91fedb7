export type { Code, Json } from "../types/common.js";
export * from "../types/account.js";
export * from "../types/client.js";
export type { Issue } from "../types/forms.js";
export type { Claims, Header } from "../types/tokens.js";
