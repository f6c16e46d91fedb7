// The memories of all wasm that is instantiated from now on: the package gives none of its own away.

export const memories = [];

const seen = (instance) => {
  memories.push(instance.exports.memory);
  return instance;
};

WebAssembly.Instance = new Proxy(WebAssembly.Instance, { construct: (target, args) => seen(Reflect.construct(target, args)) });
for (const name of ["instantiate", "instantiateStreaming"]) {
  const original = WebAssembly[name];
  WebAssembly[name] = async (...args) => {
    const made = await original(...args);
    // Of a compiled module there comes an instance alone.
    seen(made.instance ?? made);
    return made;
  };
}
