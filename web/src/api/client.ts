// Every call of the API: the session's cookie, the workspace of the address, and one shape of failure.
import createClient, { type Middleware } from 'openapi-fetch';
import { ROOT, workspaceOfAddress } from '../lib/address';
import type { components, paths } from './schema.gen';

export type Schemas = components['schemas'];

/** What the API answers where it cannot do what it was asked: `message` is for people. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown> = {},
    readonly requestId?: string,
    readonly retryAfter?: number,
  ) {
    super(message);
  }

  get issues(): Schemas['Issue'][] {
    return Array.isArray(this.details.issues) ? (this.details.issues as Schemas['Issue'][]) : [];
  }
}

/** While somebody signs out, nothing but that is asked. */
class Leaving extends EventTarget {
  now = false;

  begin(): void {
    this.now = true;
    this.dispatchEvent(new Event('begin'));
  }

  end(): void {
    this.now = false;
  }
}

export const leaving = new Leaving();

const inWorkspace: Middleware = {
  onRequest({ request, schemaPath }) {
    if (leaving.now && !schemaPath.startsWith('/auth/')) throw new DOMException('Somebody is signing out', 'AbortError');
    const workspace = workspaceOfAddress();
    if (workspace && !request.headers.has('X-Workspace')) request.headers.set('X-Workspace', workspace); // what goes on elsewhere says where it began
    return request;
  },
};

export const client = createClient<paths>({ baseUrl: ROOT, credentials: 'same-origin' });
client.use(inWorkspace);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What was answered; a `Problem` is thrown for everything else, also where nobody answers. */
export async function answered<T>(call: Promise<Answer<T>>): Promise<T> {
  let found: Answer<T>;
  try {
    found = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, 'unreachable', 'The server does not answer. Nothing is lost here; it is tried again.');
  }
  if (found.response.ok) return found.data as T;
  throw problem(found.error, found.response);
}

function problem(body: unknown, response: Response): Problem {
  const said = (typeof body === 'object' && body ? body : {}) as Partial<Schemas['ErrorResponse']>;
  const details = (typeof said.details === 'object' && said.details ? said.details : {}) as Record<string, unknown>;
  return new Problem(
    response.status,
    said.code ?? `http_${response.status}`,
    said.message ?? `The server answered ${response.status}`,
    details,
    response.headers.get('x-request-id') ?? undefined,
    Number(response.headers.get('retry-after')) || undefined,
  );
}
