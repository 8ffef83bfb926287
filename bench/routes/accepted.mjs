export const acceptedRoutes = async (routes) => routes;
