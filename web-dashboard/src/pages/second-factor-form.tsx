import { Button, Stack, Text, TextInput } from '@mantine/core';
import { FormAlert } from '../feedback/form-alert';
import { useApiForm } from '../forms/use-api-form';
import { useAnswerChallenge } from '../session/use-session';

interface SecondFactorFormProps {
  challenge: string;
  onBack: () => void;
}

/** The second step of a login. */
export function SecondFactorForm({ challenge, onBack }: SecondFactorFormProps) {
  const answer = useAnswerChallenge();
  const { form, general, pending, onSubmit } = useApiForm({ code: '' }, ({ code }) =>
    answer.mutateAsync({ challenge, code: code.trim() }),
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <Text>Your password is right. Now the code that your authenticator shows.</Text>
        <FormAlert message={general} />
        <TextInput
          label="Code"
          description="Six digits, or one of your recovery codes."
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          {...form.getInputProps('code')}
        />
        <Button type="submit" loading={pending} fullWidth mt={4} size="md">
          Go on
        </Button>
        <Button variant="subtle" onClick={onBack}>
          Start again
        </Button>
      </Stack>
    </form>
  );
}
