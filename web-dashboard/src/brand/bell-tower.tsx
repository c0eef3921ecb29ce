interface BellTowerProps {
  /** Height in pixels; the mark is three quarters as wide. */
  size?: number;
}

/** The mark: a bell tower with its bell in the arch. Decorative, the name stands beside it. */
export function BellTower({ size = 28 }: BellTowerProps) {
  return (
    <svg width={size * 0.75} height={size} viewBox="0 0 24 32" aria-hidden="true" focusable="false">
      <path
        fill="currentColor"
        fillRule="evenodd"
        d="M12 1 18.5 8.5h-13ZM4 9.7h16v2.2H4ZM5.5 13.1h13V31h-13ZM8 23.4h8v-4.6a4 4 0 0 0-8 0Z"
      />
      <path
        fill="var(--cp-bronze)"
        d="M12 16.6c-1.7 0-2.5 1.3-2.5 2.9 0 1.3-.4 1.9-.9 2.6h6.8c-.5-.7-.9-1.3-.9-2.6 0-1.6-.8-2.9-2.5-2.9Z"
      />
    </svg>
  );
}
