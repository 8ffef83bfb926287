/** Begins as the JSON of a header does, in base64url, and has three parts, whatever is in them. */
const FORM = /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/;

/** Whether a credential is meant as a JSON Web Token, sound or not. */
export function hasJwtForm(text: string): boolean {
  return FORM.test(text);
}
