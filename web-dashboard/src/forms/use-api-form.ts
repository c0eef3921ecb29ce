import { useForm } from '@mantine/form';
import { useState } from 'react';
import type { FieldErrors } from '../api/api-error';
import { splitError } from './split-error';

/** The fields of a form: a type alias, because an interface lacks the index signature the form wants. */
type Values = Record<string, unknown>;

/**
 * A form whose rules live on the server: it submits, then puts the answer's
 * messages beside their inputs and moves focus to the first of them. Where the
 * page shows a rule itself, `check` spares the way to the server.
 */
export function useApiForm<T extends Values>(
  initialValues: T,
  submit: (values: T) => Promise<unknown>,
  check: (values: T) => FieldErrors = () => ({}),
) {
  const form = useForm<T>({ mode: 'controlled', initialValues, validate: check });
  const [general, setGeneral] = useState<string | null>(null);
  const [pending, setPending] = useState(false);

  const focusFirst = (errors: object) => {
    const first = Object.keys(initialValues).find((name) => name in errors);
    if (first !== undefined) form.getInputNode(first)?.focus();
  };

  const onSubmit = form.onSubmit(async (values) => {
    setGeneral(null);
    form.clearErrors();
    setPending(true);
    try {
      await submit(values);
    } catch (error) {
      const split = splitError(error, Object.keys(initialValues));
      form.setErrors(split.fields);
      setGeneral(split.general);
      focusFirst(split.fields);
    } finally {
      setPending(false);
    }
  }, focusFirst);

  return { form, general, pending, onSubmit };
}
