import './theme/mantine.css';
import '@mantine/notifications/styles.css';
import './theme/global.css';
import { Notifications } from '@mantine/notifications';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import { createQueryClient } from './api/query-client';
import { Providers } from './providers';
import { createRouter } from './router';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <Providers queryClient={createQueryClient()}>
      <Notifications position="bottom-right" />
      <RouterProvider router={createRouter()} />
    </Providers>
  </StrictMode>,
);
