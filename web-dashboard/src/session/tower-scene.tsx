/** The picture beside the forms: a tower, its bell, and the sound going out. Decorative. */
export function TowerScene() {
  return (
    <svg viewBox="0 0 560 420" width="100%" preserveAspectRatio="xMidYMax meet" aria-hidden="true" focusable="false">
      <g fill="none" stroke="#8fd0c2" strokeWidth="1.5">
        {[70, 120, 170, 220, 270].map((radius, index) => (
          <circle key={radius} cx="280" cy="214" r={radius} opacity={0.4 - index * 0.07} />
        ))}
      </g>
      <g fill="#e9f4f1">
        <path d="M280 62 334 128H226Z" />
        <rect x="220" y="134" width="120" height="14" />
        <path
          fillRule="evenodd"
          d="M232 154H328V268H232ZM254 268V210a26 26 0 0 1 52 0V268Z"
        />
        <rect x="220" y="274" width="120" height="14" />
        <path fillRule="evenodd" d="M232 294H328V420H232ZM271 330a9 9 0 0 1 18 0v26H271Z" />
      </g>
      <path
        fill="#e0a458"
        d="M280 196c-11 0-16 9-16 20 0 13-3 18-8 24h48c-5-6-8-11-8-24 0-11-5-20-16-20Z"
      />
      <circle cx="280" cy="246" r="5" fill="#e0a458" />
    </svg>
  );
}
