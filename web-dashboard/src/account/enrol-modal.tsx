import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Enrolment } from '../api/people-types';
import { queryKeys } from '../api/query-keys';
import { Dialog } from '../feedback/dialog';
import { ConfirmStep, PasswordStep } from './enrol-steps';
import { RecoveryCodes } from './recovery-codes';

/** Password, authenticator, recovery codes. What is shown once lives here and goes with the dialog. */
export function EnrolModal({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [isConfirmed, setConfirmed] = useState(false);
  const done = () => {
    void client.invalidateQueries({ queryKey: queryKeys.session });
    onClose();
  };
  return (
    <Dialog
      opened
      onClose={isConfirmed ? done : onClose}
      title={isConfirmed ? 'Save your recovery codes' : 'Set up the second factor'}
      size="lg"
      // A stray click must not lose what is shown once.
      closeOnClickOutside={enrolment === null}
      closeOnEscape={!isConfirmed}
    >
      {enrolment === null ? (
        <PasswordStep onEnrolled={setEnrolment} onCancel={onClose} />
      ) : isConfirmed ? (
        <RecoveryCodes codes={enrolment.recovery_codes} onDone={done} />
      ) : (
        <ConfirmStep enrolment={enrolment} onConfirmed={() => setConfirmed(true)} onCancel={onClose} />
      )}
    </Dialog>
  );
}
