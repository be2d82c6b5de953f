// A question or a form above the page. It locks nothing by a style that a script writes: the policy forbids that.
import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import card from './Card.module.css';

export function Dialog({ title, close, size, children }: { title: string; close: () => void; size?: string | number; children: ReactNode }) {
  return (
    <Modal opened onClose={close} title={title} size={size} lockScroll={false} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={card.form}>{children}</div>
    </Modal>
  );
}
