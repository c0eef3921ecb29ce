import { useForm } from '@mantine/form';
import { useState } from 'react';
import { splitError } from './split-error';

/** The fields of a form: a type alias, because an interface lacks the index signature the form wants. */
type Values = Record<string, unknown>;

/**
 * A form whose rules live on the server only: it submits, then puts the
 * answer's messages beside their inputs and moves focus to the first of them.
 */
export function useApiForm<T extends Values>(initialValues: T, submit: (values: T) => Promise<unknown>) {
  const form = useForm<T>({ mode: 'controlled', initialValues });
  const [general, setGeneral] = useState<string | null>(null);
  const [pending, setPending] = useState(false);

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
      const first = Object.keys(initialValues).find((name) => name in split.fields);
      if (first !== undefined) form.getInputNode(first)?.focus();
    } finally {
      setPending(false);
    }
  });

  return { form, general, pending, onSubmit };
}
