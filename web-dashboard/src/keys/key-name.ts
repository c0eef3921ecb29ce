import type { AppKey } from '../api/types';

export const nameOf = ({ label }: AppKey) => (label === '' ? 'Key without a label' : label);
