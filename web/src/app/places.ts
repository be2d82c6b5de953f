// Where one can go: what stands in the navigation, in the list of keys, and in what Ctrl K finds.
import { CalendarDays, ChartColumn, FlaskConical, HeartPulse, Image, KeyRound, Layers, ListChecks, PenLine, Settings, Users, Webhook, type LucideIcon } from 'lucide-react';
import type { Workspace } from './session';

export interface Place {
  to: string;
  label: string;
  icon: LucideIcon;
  key: string; // after G
  begins?: true; // a group
  phone?: true; // in the bar of a phone; the others are in its menu
}

const ALL: (Place & { right?: string; test?: true })[] = [
  { to: 'calendar', label: 'Calendar', icon: CalendarDays, key: 'c', phone: true },
  { to: 'posts', label: 'Posts', icon: ListChecks, key: 'p', phone: true },
  { to: 'drafts', label: 'Drafts', icon: PenLine, key: 'd', right: 'draft' },
  { to: 'media', label: 'Media', icon: Image, key: 'm' },
  { to: 'analytics', label: 'Analytics', icon: ChartColumn, key: 'a', begins: true, phone: true },
  { to: 'runs', label: 'Runs', icon: Layers, key: 'r' },
  { to: 'accounts', label: 'Accounts', icon: Users, key: 'n', begins: true },
  { to: 'keys', label: 'Keys', icon: KeyRound, key: 'k', right: 'keys' },
  { to: 'webhooks', label: 'Webhooks', icon: Webhook, key: 'w', right: 'webhooks' },
  { to: 'sandbox', label: 'Sandbox', icon: FlaskConical, key: 'b', test: true },
  { to: 'health', label: 'Health', icon: HeartPulse, key: 'h' },
  { to: 'settings', label: 'Settings', icon: Settings, key: 's' },
];

export const placesOf = ({ rights, test }: Workspace): Place[] => ALL.filter((one) => (!one.right || rights.has(one.right)) && (!one.test || test));
