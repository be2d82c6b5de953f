import type { ReactNode } from 'react';
import card from '../ui/Card.module.css';

export function Section({ title, about, children }: { title: string; about?: ReactNode; children: ReactNode }) {
  return (
    <section className={card.card} aria-label={title}>
      <h2>{title}</h2>
      {about && <p className={card.dim}>{about}</p>}
      {children}
    </section>
  );
}
