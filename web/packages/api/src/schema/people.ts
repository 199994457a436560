import type { Content, Id, Millis, Resource, Role, Scope } from "./cells.ts";

export interface User extends Resource {
  login: string;
  name: string;
  language: string;
  made_at: Millis;
  trashed_at: Millis | null;
}

export interface Grant extends Resource {
  user: Id;
  role: Role;
  scope: Scope;
}

/** `secret` is there once, in the answer to the making. */
export interface Token extends Resource {
  user: Id;
  name: string;
  role: Role;
  made_at: Millis;
  expires_at: Millis | null;
  secret?: string;
}

export interface Session {
  user: { id: Id; login: string; name: string; language: string };
  csrf: string;
  roles: { role: Role; scope: Scope }[];
}

export interface Installation extends Resource {
  name: string;
  language: string;
  zone: string;
  public_address: string;
  fallback: Content | null;
}
