import { bytes, integer, options, passwordBytes, text, wrongType } from "./arguments.js";
import { answer } from "./answer.js";

// OWASP Password Storage Cheat Sheet, Argon2id, first choice: 19 MiB, two passes, one lane.
const OWASP = { memoryKib: 19_456, iterations: 2, parallelism: 1 };
const LARGEST_U32 = 0xffff_ffff;
const SALT_BYTES = 16;

export function hashPassword(password, settings) {
  const [memoryKib, iterations, parallelism, salt] = options(settings, [
    "memoryKib",
    "iterations",
    "parallelism",
    "salt",
  ]);
  const cost = [
    integer(memoryKib, "memoryKib", 1, LARGEST_U32, OWASP.memoryKib),
    integer(iterations, "iterations", 1, LARGEST_U32, OWASP.iterations),
    integer(parallelism, "parallelism", 1, LARGEST_U32, OWASP.parallelism),
  ];
  const grains = salt === undefined ? crypto.getRandomValues(new Uint8Array(SALT_BYTES)) : bytes(salt, "salt");
  if (grains.length !== SALT_BYTES) throw wrongType("salt", `a Uint8Array of ${SALT_BYTES} bytes`);
  return withPassword(password, (core, typed) => core.hashPassword(typed, ...cost, grains));
}

export function verifyPassword(hash, password) {
  const phc = text(hash, "hash");
  return withPassword(password, (core, typed) => core.verifyPassword(phc, typed));
}

export function inspectHash(hash) {
  const phc = text(hash, "hash");
  return (core) => answer(core.inspectHash(phc));
}

function withPassword(password, run) {
  const typed = passwordBytes(password);
  return (core) => {
    try {
      return answer(run(core, typed));
    } finally {
      typed.fill(0);
    }
  };
}
