// What comes from elsewhere, an answer or a store, is read as own properties only: a polluted prototype can put
// nothing into it.

export const own = (value, name) => (Object(value) === value && Object.hasOwn(value, name) ? value[name] : undefined);

export const ownText = (value, name) => {
  const text = own(value, name);
  return typeof text === "string" && text ? text : undefined;
};

/** What `make` comes to, `undefined` where it throws. */
export const tried = (make) => {
  try {
    return make();
  } catch {
    return undefined;
  }
};

/** The JSON value, `undefined` for what is no JSON. */
export const parsed = (text) => tried(() => JSON.parse(text));
