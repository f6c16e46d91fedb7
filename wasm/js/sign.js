import { answer } from "./answer.js";
import { jsonText } from "./arguments.js";
import { readKey } from "./tokens.js";

export function signToken(claims, key) {
  const json = jsonText(claims, "claims");
  const keyArguments = readKey(key);
  return (core) => answer(core.signToken(json, ...keyArguments));
}
