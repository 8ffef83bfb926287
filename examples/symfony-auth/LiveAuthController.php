<?php

declare(strict_types=1);

namespace App\Controller;

use Symfony\Bundle\FrameworkBundle\Controller\AbstractController;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\Routing\Attribute\Route;

/**
 * Tells signalbox who has the cookies of a browser: `auth.http.url` is the address of this action. Symfony has read
 * the session by then. Needs PHP 8.0; the firewall has to let everybody come here.
 */
final class LiveAuthController extends AbstractController
{
    #[Route('/live/auth', methods: ['GET'])]
    public function __invoke(): JsonResponse
    {
        $user = $this->getUser();
        if ($user === null) {
            return new JsonResponse(['error' => 'log in first'], 401); // or ['anonymous' => true] to let guests in
        }

        return new JsonResponse([
            'user' => $user->getUserIdentifier(),
            'roles' => $user->getRoles(),
            'organizations' => [], // ids of the organisations that the user acts for
        ]);
    }
}
