import css from '../styles/later.css?inline';
import { addStyles } from './styles';

addStyles(css);
