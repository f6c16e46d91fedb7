import { passwordString, texts } from "./arguments.js";
import { answer } from "./answer.js";

export function passwordStrength(password, userInputs = []) {
  const typed = passwordString(password);
  const inputs = texts(userInputs, "userInputs");
  return (core) => answer(core.passwordStrength(typed, inputs));
}
