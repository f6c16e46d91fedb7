/**
 * Answers a message `[id, name, args]` by calling what the package exports by that name: `[id, "value", value]`, or as
 * an error's kind and parts, since an error that is sent loses its class.
 */
export async function answered([id, name, args], { TokenError, ...countersign }) {
  try {
    const value = await name.split(".").reduce((place, part) => place[part], countersign)(...args);
    // The object that `init` resolves to is made of functions, which stay here.
    return name === "init" ? [id, "value"] : [id, "value", value];
  } catch (error) {
    const { code, claim, wwwAuthenticate, message } = error;
    if (error instanceof TokenError) return [id, "token", code, claim, wwwAuthenticate, message];
    if (error instanceof TypeError && code !== undefined) return [id, "argument", code, message];
    return [id, "failure", String(message)];
  }
}
