// What tabs tell each other, with a number where one belongs to it. No token is among it: who hears that something
// changed reads the storage.
export const CHANGED = 1;
// The pair with this refresh token, of which a few bits are told, is being replaced.
export const REFRESHING = 2;
// The server is to be left alone for so many ms, and why.
export const RESTING = 3;
