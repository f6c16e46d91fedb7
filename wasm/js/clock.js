// What zxcvbn imports by this name, to know the present year: milliseconds since 1970.
export const unix_time_milliseconds_imported = () => BigInt(Date.now());
