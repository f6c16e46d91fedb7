import { ArgumentError } from "./argument-error.js";
import { own, records, text } from "./arguments.js";
import { pack } from "./pack.js";

export function isPermitted(grants, action, resource) {
  const asked = [text(action, "action"), text(resource, "resource")];
  const granted = records(grants, "grants").flatMap((grant) => {
    const stranger = Object.keys(grant).find((name) => name !== "action" && name !== "resource");
    // What this version does not know could narrow the grant.
    if (stranger !== undefined) throw new ArgumentError("unknown_field", `A grant has no member "${stranger}".`);
    return ["action", "resource"].map((name) => text(own(grant, name), `${name} of a grant`));
  });
  const packed = pack([...asked, ...granted]);
  return (core) => core.isPermitted(packed);
}
