import { useApiForm } from '../../forms/use-api-form';
import { checkValues, type EndpointValues } from './form-values';

export const useEndpointForm = (initial: EndpointValues, submit: (values: EndpointValues) => Promise<unknown>) =>
  useApiForm(initial, submit, checkValues);

export type EndpointForm = ReturnType<typeof useEndpointForm>['form'];
