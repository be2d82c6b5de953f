// What every screen has: a heading that takes the focus when one comes there, what can be done, and what is below.
import { useEffect, useRef, type ReactNode } from 'react';
import classes from './Page.module.css';

export function Page(props: { title: string; beside?: ReactNode; actions?: ReactNode; children: ReactNode; full?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${props.title} · SocialClaw`;
  }, [props.title]);
  useEffect(() => {
    const somewhere = document.activeElement?.closest('input, textarea'); // what the screen is for may have taken it already
    if (!somewhere) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <header className={classes.header}>
        <h1 ref={heading} tabIndex={-1} className={classes.title}>
          {props.title}
        </h1>
        {props.beside}
        <div className={classes.actions}>{props.actions}</div>
      </header>
      <div className={props.full ? classes.full : classes.body}>{props.children}</div>
    </>
  );
}
